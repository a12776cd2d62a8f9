//! Builds and applies what a `WebhookService` asks for.
