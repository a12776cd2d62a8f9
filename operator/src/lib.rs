//! Builds and applies what a `WebhookService` asks for.
pub mod crd;
pub mod desired;
pub mod external;
pub mod names;
pub mod validate;
