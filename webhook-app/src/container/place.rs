//! Where the files of this process' own cgroup are, from what the kernel says of its membership and its mounts. A pure part,
//! and one that reads `/proc` and looks whether a directory is there. What a file says is not its business.

use std::path::{Component, Path, PathBuf};

/// The controllers of cgroup v1 that are asked, each with a directory of its own.
const CONTROLLERS: [&str; 3] = ["cpu", "cpuacct", "memory"];

/// The directories of a cgroup.
#[derive(Debug, PartialEq)]
pub(super) enum Place {
    /// Of version 1: one for each of [`CONTROLLERS`] that can be seen.
    V1([Option<PathBuf>; CONTROLLERS.len()]),
    /// Of version 2: one for all.
    V2(PathBuf),
}

impl Place {
    /// Finds this process' own by `proc/self` and the mounts below `root`.
    pub(super) fn find(root: &Path) -> Result<Self, String> {
        let read = |file: &str| {
            let file = root.join(file);
            std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
        };
        let (memberships, mounts) = (read("proc/self/cgroup")?, read("proc/self/mountinfo")?);
        let see = |controller: &str| {
            let path = membership(&memberships, controller)?;
            let found = directories(&mounts, controller, path)
                .map(|directory| root.join(directory.strip_prefix("/").unwrap_or(&directory)));
            found.into_iter().find(|directory| directory.is_dir())
        };
        // On a machine with both, controllers of version 1 are not in version 2.
        let is_v1 = CONTROLLERS.iter().any(|one| membership(&memberships, one).is_some());
        let place = if is_v1 {
            Some(Self::V1(CONTROLLERS.map(see)))
        } else {
            see("").map(Self::V2)
        };
        place
            .filter(|place| *place != Self::V1([const { None }; CONTROLLERS.len()]))
            .ok_or_else(|| "no mount shows the cgroup that /proc/self/cgroup names".to_owned())
    }

    /// The path of a file, whose name begins with its controller's.
    pub(super) fn file(&self, name: &str) -> Option<PathBuf> {
        let directory = match self {
            Self::V1(directories) => {
                let controller = name.split('.').next()?;
                let place = CONTROLLERS.iter().position(|known| *known == controller)?;
                directories[place].as_ref()?
            }
            Self::V2(directory) => directory,
        };
        Some(directory.join(name))
    }
}

/// The path of the cgroup that a process is in, from its `/proc/…/cgroup`. Version 2 has the controller of no name.
fn membership<'c>(memberships: &'c str, controller: &str) -> Option<&'c str> {
    memberships.lines().find_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        controllers.split(',').any(|one| one == controller).then_some(path)
    })
}

/// Where a cgroup should be seen, by the mounts of its controller that show it or something above it.
fn directories<'m>(mounts: &'m str, controller: &'m str, path: &'m str) -> impl Iterator<Item = PathBuf> + 'm {
    mounts.lines().filter_map(move |line| {
        let (mount, filesystem) = line.split_once(" - ")?;
        let mut mount = mount.split(' ').skip(3);
        let (shown, at) = (mount.next()?, mount.next()?);
        let mut filesystem = filesystem.split(' ');
        let is_of_controller = match filesystem.next()? {
            "cgroup" => filesystem.nth(1)?.split(',').any(|option| option == controller),
            "cgroup2" => controller.is_empty(),
            _ => false,
        };
        // A path that leads out of what is shown is somebody else's.
        let below = Path::new(path).strip_prefix(shown).ok()?;
        let is_shown = below.components().all(|part| matches!(part, Component::Normal(_)));
        (is_of_controller && is_shown).then(|| Path::new(at).components().chain(below.components()).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(memberships: &str, mounts: &str, controller: &str) -> Vec<String> {
        let path = membership(memberships, controller);
        let found = path.into_iter().flat_map(|path| directories(mounts, controller, path));
        found
            .map(|directory| directory.to_string_lossy().into_owned())
            .collect()
    }

    /// A pod of containerd on cgroup v2.
    const V2: &str = "3003 3000 0:27 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate,memory_recursiveprot";
    /// A pod of containerd on cgroup v1, which shows each container its own cgroup.
    const V1: &str = "\
2322 2321 0:685 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755
2323 2322 0:29 /kubelet.slice/cri-containerd-301b.scope /sys/fs/cgroup/cpu ro,nosuid,nodev,noexec,relatime - cgroup cgroup rw,cpu
2324 2322 0:30 /kubelet.slice/cri-containerd-301b.scope /sys/fs/cgroup/cpuacct ro,nosuid,nodev,noexec,relatime - cgroup cgroup rw,cpuacct
2326 2322 0:32 /kubelet.slice/cri-containerd-301b.scope /sys/fs/cgroup/memory ro,nosuid,nodev,noexec,relatime - cgroup cgroup rw,memory
2331 2322 0:37 /kubelet.slice/cri-containerd-301b.scope /sys/fs/cgroup/systemd ro,nosuid,nodev,noexec,relatime - cgroup systemd rw,name=systemd";
    /// A machine whose CPU controllers share a mount.
    const JOINED: &str = "\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw";

    #[test]
    fn a_cgroup_is_seen_where_a_mount_shows_it() {
        let pod = "4:memory:/kubelet.slice/cri-containerd-301b.scope\n2:cpuacct:/kubelet.slice/cri-containerd-301b.scope\n0::/kubelet.slice/cri-containerd-301b.scope";
        let other = "4:memory:/kubelet.slice/cri-containerd-301b.scopes";
        let joined = "5:memory:/\n4:cpu,cpuacct:/user.slice/a b\n0::/";
        for (memberships, mounts, controller, expected) in [
            ("0::/", V2, "", &["/sys/fs/cgroup"][..]),
            // Without a cgroup namespace of its own.
            (
                "0::/kubepods.slice/cri-1.scope",
                V2,
                "",
                &["/sys/fs/cgroup/kubepods.slice/cri-1.scope"],
            ),
            // Moved out of its namespace, and one that shows what is above it.
            ("0::/../../elsewhere", V2, "", &[]),
            (
                "0::/",
                "3003 3000 0:27 /../.. /sys/fs/cgroup ro - cgroup2 cgroup rw",
                "",
                &[],
            ),
            (pod, V1, "memory", &["/sys/fs/cgroup/memory"]),
            (pod, V1, "cpuacct", &["/sys/fs/cgroup/cpuacct"]),
            (pod, V1, "cpu", &[]),
            (pod, V1, "", &[]),
            (other, V1, "memory", &[]),
            (joined, JOINED, "cpu", &["/sys/fs/cgroup/cpu,cpuacct/user.slice/a b"]),
            (
                joined,
                JOINED,
                "cpuacct",
                &["/sys/fs/cgroup/cpu,cpuacct/user.slice/a b"],
            ),
            (joined, JOINED, "memory", &[]),
            ("", V2, "", &[]),
            ("nonsense\n1:cpu", V2, "cpu", &[]),
            ("0::/", "nonsense\n1 2 - cgroup2", "", &[]),
        ] {
            assert_eq!(
                found(memberships, mounts, controller),
                expected,
                "{controller:?} of {memberships:?}"
            );
        }
    }
}
