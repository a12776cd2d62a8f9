//! Receives webhooks, counts and times them.
