//! The `webhook-operator` program: reads its flags, then runs the controller or prints what was asked for.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use kube::{Config, CustomResourceExt};
use tokio::signal::unix::{SignalKind, signal};
use webhook_operator::args::{Args, Command};
use webhook_operator::controller::{LeaseSettings, Operator, Settings};
use webhook_operator::crd::WebhookService;
use webhook_operator::desired::dashboard::fleet;
use webhook_operator::metrics::Metrics;
use webhook_operator::render::render;
use webhook_operator::scope::ScopeSettings;
use webhook_operator::shared::CadvisorSettings;
use webhook_operator::{admin, client, targets, telemetry};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match args.command {
        Some(Command::Crds) => print_crds(),
        Some(Command::Dashboard) => print_dashboard(),
        Some(Command::Render {
            file,
            namespace,
            receiver_image,
        }) => print_children(&file, &namespace, &receiver_image),
        None => operate(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print_crds() -> Result<(), Failure> {
    let yaml = serde_saphyr::to_string(&WebhookService::crd())?;
    Ok(std::io::stdout().write_all(yaml.as_bytes())?)
}

fn print_dashboard() -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(&fleet())?;
    Ok(writeln!(std::io::stdout(), "{json}")?)
}

fn print_children(file: &Path, namespace: &str, receiver_image: &str) -> Result<(), Failure> {
    let text = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin())?
    } else {
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?
    };
    let printed = render(&text, namespace, receiver_image).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(std::io::stdout().write_all(printed.as_bytes())?)
}

#[tokio::main]
async fn operate(args: Args) -> Result<(), Failure> {
    telemetry::init(args.log_format);
    let (Some(receiver_image), Some(image), Some(namespace)) =
        (args.receiver_image, args.cadvisor_image, args.cadvisor_namespace)
    else {
        return Err("--receiver-image, --cadvisor-image and --cadvisor-namespace are needed".into());
    };
    let settings = Settings {
        receiver_image,
        cadvisor: CadvisorSettings {
            namespace,
            image,
            pull_secrets: args.cadvisor_pull_secrets,
        },
        scope: ScopeSettings {
            namespaces: args.namespaces,
            namespace_selector: args.namespace_selector,
            controller_id: args.controller_id,
        },
        instance: args.pod_name,
        // An empty variable is how a manifest says that there is none.
        lease: args
            .lease_namespace
            .filter(|namespace| !namespace.is_empty())
            .map(|namespace| LeaseSettings {
                namespace,
                name: args.lease_name,
            }),
        stalled_after: Duration::from_secs(args.stalled_after),
    };
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("told to stop");
        let _ = stop.send(());
    });
    let client = client::client(Config::infer().await?)?;
    let prometheus = args.prometheus_url.map(targets::client).transpose()?;
    let shutdown = futures::FutureExt::map(stopping, |_| ());
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "starting");
    let operator = Operator::start(&client, prometheus, settings, Metrics::new()?);
    let view = operator.view();
    tokio::select! {
        ended = operator.run(shutdown) => Ok(ended?),
        served = admin::serve(args.admin_listen, view) => Err(format!("{}: {}", args.admin_listen, served.err().map_or_else(|| "stopped serving".to_owned(), |error| error.to_string())).into()),
    }
}
