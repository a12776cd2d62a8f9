//! What the cluster's scripts say of a machine that will not do: one line, an exit code, nothing begun.
#![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// Runs `up.sh` where a program answers otherwise than this machine's: with `says` printed and `code` returned.
fn up_with(programs: &[(&str, &str, i32)]) -> (Option<i32>, String) {
    let space = Path::new(env!("CARGO_TARGET_TMPDIR")).join(programs[0].0);
    let _ = fs::remove_dir_all(&space);
    fs::create_dir_all(&space).unwrap();
    for (name, says, code) in programs {
        let program = space.join(name);
        fs::write(&program, format!("#!/bin/sh\necho '{says}'\nexit {code}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", space.display(), std::env::var("PATH").unwrap());
    let output = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/cluster/up.sh"))
        .arg("never-made")
        .env("PATH", path)
        .env("XDG_CACHE_HOME", &space)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_machine_that_will_not_do_is_told_why_in_one_line() {
    let room = ("df", "3145728", 0);
    let enough = ("df", "99999999", 0);
    for (programs, begins) in [
        (
            &[("uname", "Darwin arm64", 0)][..],
            "error: this builds an x86_64 Linux cluster, and this machine is Darwin arm64: ",
        ),
        (&[room], "error: 3 GB are free under "),
        (
            &[("id", "1000", 0), ("docker", "", 1), enough],
            "error: Docker does not answer and only root can start it: ",
        ),
    ] {
        let (code, said) = up_with(programs);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.starts_with(begins), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
