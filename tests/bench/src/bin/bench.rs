//! Measures the receiver beside its peers and writes the page about it. `run.sh` brings the programs.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use bench::closed_loop::{self, CONNECTIONS, body, github_signature, write_script};
use bench::paced;
use bench::peers::{self, FLOOR, FORWARDING, Peer, Programs, RECEIVER, SECRET, SIGNED};
use bench::percentiles::permille;
use bench::process::{LOAD_CORE, Process, SERVER_CORE};
use bench::report;
use bench::results::{Measured, Once, Round, Verdict, median, verdicts};
use clap::Parser;

/// Measures the receiver beside its peers.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    programs: Programs,
    /// How many rounds.
    #[arg(long, default_value_t = 21)]
    rounds: u32,
    /// Where the page is written.
    #[arg(long)]
    out: PathBuf,
}

/// One turn of one peer: short, so that what else happens on the machine meets all of them.
const SLICE: Duration = Duration::from_secs(1);

/// In each so many rounds latencies are measured too.
const PACED_EACH: u32 = 3;

/// How many starts of the receiver are timed.
const STARTS: u32 = 21;

fn say(line: &str) {
    // Without a standard output there is nobody to tell.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// One who is measured, running from the first round to the last: idle servers cost the others nothing.
struct Running {
    peer: Peer,
    server: Process,
    script: PathBuf,
    measured: Measured,
}

impl Running {
    fn start(args: &Args, peer: Peer, place: usize) -> Result<Self> {
        let script = args.programs.scratch.join(format!("post-{place}.lua"));
        write_script(&script, peer.is_signed.then_some(SECRET))?;
        let server = Process::start(SERVER_CORE, |address| (peer.command)(&args.programs, address))?;
        let measured = Measured {
            name: peer.name,
            rounds: vec![],
            idle_bytes: server.memory(),
            loaded_bytes: 0,
            start_millis: server.start_time.as_secs_f64() * 1000.0,
            paced: vec![],
        };
        closed_loop::run(server.address, peer.path, &script, SLICE)?;
        Ok(Self {
            peer,
            server,
            script,
            measured,
        })
    }

    /// One turn: as many webhooks as it takes.
    fn fill(&mut self) -> Result<()> {
        let before = self.server.cpu_time()?;
        let found = closed_loop::run(self.server.address, self.peer.path, &self.script, SLICE)?;
        let cpu = self.server.cpu_time()?.saturating_sub(before);
        self.measured.loaded_bytes = self.server.memory();
        self.measured.rounds.push(Round {
            per_second: found.per_second,
            cpu_micros: cpu.as_secs_f64() * 1e6 / f64::from(found.requests.max(1)),
        });
        Ok(())
    }

    /// One turn: 70 % of what it took just before, each when it is due.
    fn pace(&mut self) -> Result<()> {
        let address = self.server.address;
        let body = body();
        let signature = if self.peer.is_signed {
            let signature = github_signature(SECRET.as_bytes(), body.as_bytes());
            format!("x-hub-signature-256: {signature}\r\n")
        } else {
            String::new()
        };
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n{signature}content-length: {}\r\n\r\n{body}",
            self.peer.path,
            body.len()
        );
        let rate = self.measured.rounds.last().map_or(0.0, |round| round.per_second) * 0.7;
        let mut latencies = paced::run(address, request.as_bytes(), CONNECTIONS, rate, SLICE)?;
        let [half, most, nearly_all] =
            [500, 990, 999].map(|part| permille(&mut latencies, part).as_secs_f64() * 1000.0);
        self.measured.paced.push([rate, half, most, nearly_all]);
        Ok(())
    }
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    format!(
        "{cores} cores of {}",
        model.map_or("an unnamed processor", |(_, name)| name.trim())
    )
}

fn main() -> Result<()> {
    let args = Args::parse();
    let target = Process::start(LOAD_CORE, |address| {
        vec![
            args.programs.bare_hyper.to_string_lossy().into_owned(),
            address.to_string(),
        ]
    })?;
    peers::prepare(&args.programs, target.address)?;
    let started = peers::all()
        .into_iter()
        .zip(1..)
        .map(|(peer, place)| Running::start(&args, peer, place));
    let mut all = started.collect::<Result<Vec<_>>>()?;
    for number in 1..=args.rounds {
        for one in &mut all {
            one.fill()?;
            if number % PACED_EACH == 0 && [FLOOR, RECEIVER, SIGNED, FORWARDING, peers::GO].contains(&one.peer.name) {
                one.pace()?;
            }
        }
        // Who comes after whom is not the same in each round.
        all.rotate_left(1);
        say(&format!("round {number} of {}", args.rounds));
    }
    let turned = args.rounds as usize % all.len();
    all.rotate_right(turned);
    let starts: Result<Vec<_>> = (0..STARTS)
        .map(|_| Process::start(SERVER_CORE, |address| peers::receiver(&args.programs, address, &[])))
        .map(|started| started.map(|process| process.start_time.as_secs_f64() * 1000.0))
        .collect();
    let once = Once {
        image_bytes: std::fs::metadata(&args.programs.receiver)?.len(),
        start_millis: median(starts?),
    };
    let all: Vec<_> = all.into_iter().map(|one| one.measured).collect();
    let verdicts = verdicts(&all, once);
    report::write(&args.out, &all, &verdicts, &machine())?;
    for Verdict {
        what,
        found,
        target,
        is_met,
        remark,
    } in verdicts
    {
        let word = if is_met { "met   " } else { "MISSED" };
        say(&format!("{word} {what}: {found}, target {target} {remark}"));
    }
    Ok(())
}
