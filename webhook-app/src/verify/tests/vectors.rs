//! The vectors: what the schemes' owners publish, or what was computed apart from this code.

use super::Scheme;

/// A signed request that its sender's owner published, or that was computed apart from this code.
#[derive(Clone)]
pub(super) struct Vector {
    pub(super) name: &'static str,
    pub(super) scheme: Scheme,
    pub(super) secret: &'static str,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) body: &'static [u8],
    pub(super) at: u64,
}

const STRIPE_BODY: &[u8] = b"{\n  \"id\": \"evt_123\",\n  \"object\": \"event\",\n  \"account\": \"acct_123\",\n  \"api_version\": \"2017-05-25\",\n  \"created\": 1533204620,\n  \"data\": {\n    \"object\": {\n      \"id\": \"cus_123\",\n      \"object\": \"customer\",\n      \"created\": 123456789,\n      \"email\": \"test@stripe.com\",\n      \"livemode\": false,\n      \"metadata\": {}\n    }\n  },\n  \"livemode\": false,\n  \"pending_webhooks\": 1,\n  \"request\": {\n    \"id\": \"req_123\",\n    \"idempotency_key\": \"idempotency-key-123\"\n  },\n  \"type\": \"customer.created\"\n}\n";

const SLACK_BODY: &[u8] = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

pub(super) const W1: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
pub(super) const A1: &str =
    "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";

fn standard_vector(
    name: &'static str,
    family: [&'static str; 3],
    signature: &'static str,
    secret: &'static str,
) -> Vector {
    Vector {
        name,
        scheme: Scheme::StandardWebhooks,
        secret,
        headers: vec![
            (family[0], "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            (family[1], "1614265330"),
            (family[2], signature),
        ],
        body: b"{\"test\": 2432232314}",
        at: 1_614_265_330,
    }
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut vectors = of_their_own();
    vectors.extend(standard());
    vectors
}

fn standard() -> Vec<Vector> {
    let webhook = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let svix = ["svix-id", "svix-timestamp", "svix-signature"];
    let w1_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let signed_by_gitlab = standard_vector("GitLab signing", webhook, W1, w1_secret);
    vec![
        standard_vector("W1", webhook, W1, w1_secret),
        standard_vector("W1 by svix", svix, W1, w1_secret),
        standard_vector("A1", webhook, A1, "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="),
        Vector {
            name: "W2",
            headers: vec![
                ("webhook-id", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"),
                ("webhook-timestamp", "1649367553"),
                ("webhook-signature", "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="),
            ],
            body: b"{\"email\":\"test@example.com\",\"username\":\"test_user\"}",
            at: 1_649_367_553,
            ..standard_vector("", webhook, "", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
        },
        Vector {
            scheme: Scheme::GitLab,
            ..signed_by_gitlab
        },
    ]
}

fn of_their_own() -> Vec<Vector> {
    vec![
        Vector {
            name: "G1",
            scheme: Scheme::GitHub,
            secret: "It's a Secret to Everybody",
            headers: vec![(
                "x-hub-signature-256",
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            )],
            body: b"Hello, World!",
            at: 0,
        },
        Vector {
            name: "S1",
            scheme: Scheme::Slack,
            secret: "8f742231b10e8888abcd99yyyzzz85a5",
            headers: vec![
                (
                    "x-slack-signature",
                    "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
                ),
                ("x-slack-request-timestamp", "1531420618"),
            ],
            body: SLACK_BODY,
            at: 1_531_420_618,
        },
        Vector {
            name: "T1",
            scheme: Scheme::Stripe,
            secret: "webhook_secret",
            headers: vec![(
                "stripe-signature",
                "t=1533204620,v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7,v0=decoy",
            )],
            body: STRIPE_BODY,
            at: 1_533_204_620,
        },
        Vector {
            name: "GitLab's token",
            scheme: Scheme::GitLab,
            secret: "a token",
            headers: vec![("x-gitlab-token", "a token")],
            body: b"{}",
            at: 0,
        },
        Vector {
            name: "Shopify",
            scheme: Scheme::Shopify,
            secret: "It's a Secret to Everybody",
            // G1's signature in base64.
            headers: vec![("x-shopify-hmac-sha256", "dXEH6g6yUJ/CESIczphLijdXC211hsIsRvQ3nIsEPhc=")],
            body: b"Hello, World!",
            at: 0,
        },
    ]
}
