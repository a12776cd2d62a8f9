//! `docs/receiver.md` says what the program does: its table of flags is clap's own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use clap::CommandFactory;
use webhook_app::config::Config;

#[test]
fn the_table_of_flags_is_the_programs() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/receiver.md")).unwrap();
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with("| `--"))
        .map(cells)
        .collect();
    let command = Config::command();
    let flags: Vec<_> = command
        .get_arguments()
        .filter(|flag| flag.get_env().is_some())
        .collect();
    assert_eq!(rows.len(), flags.len(), "one row for each flag");
    for (row, flag) in rows.iter().zip(flags) {
        assert_eq!(row[1], format!("`--{}`", flag.get_long().unwrap()));
        assert_eq!(row[2], format!("`{}`", flag.get_env().unwrap().to_str().unwrap()));
        match flag.get_default_values().first() {
            Some(value) => assert_eq!(row[3], format!("`{}`", value.to_str().unwrap())),
            None => assert!(row[3].starts_with("unset"), "{row:?}"),
        }
    }
}
