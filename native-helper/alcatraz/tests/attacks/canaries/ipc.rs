//! Shared memory, messages, semaphores and queues of the host's programs; a key in the user's key ring.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::engine_lab::{Lab, finish};

use super::files::SECRET;
use super::{Canary, Facts};

pub struct Ipc {
    shm: String,
    semaphore: String,
    messages: String,
    queue: String,
    queues: PathBuf,
    file: PathBuf,
    key: String,
    lab_user: Box<dyn Fn(&str) -> String>,
}

impl Ipc {
    /// `queues` is where the host's queues are mounted.
    pub fn make(lab: &std::rc::Rc<Lab>, queues: &Path) -> Self {
        let user = std::rc::Rc::clone(lab);
        let lab_user: Box<dyn Fn(&str) -> String> = Box::new(move |script| perl(&user, script));
        let unique = lab.dir().file_name().unwrap().to_string_lossy().into_owned();
        let ids = lab_user(&format!(
            "my $shm = shmget(0, 64, 0666); shmwrite($shm, 'untouched', 0, 9) or die; \
             my $q = syscall(240, my $name = '{unique}', 0102, 0666, 0); die if $q < 0; \
             print $shm, ' ', semget(0, 1, 0666), ' ', msgget(0, 0666)"
        ));
        let ids: Vec<&str> = ids.split(' ').collect();
        let file = PathBuf::from(format!("/dev/shm/{unique}"));
        std::fs::write(&file, "untouched\n").unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o666)).unwrap();
        let key = format!("canary-{unique}");
        lab_user(&format!(
            "my ($t, $n, $d) = ('user', '{key}', '{SECRET}'); syscall(248, $t, $n, $d, length $d, -4) < 0 and die $!"
        ));
        Self {
            shm: ids[0].to_owned(),
            semaphore: ids[1].to_owned(),
            messages: ids[2].to_owned(),
            queue: unique,
            queues: queues.to_owned(),
            file,
            key,
            lab_user,
        }
    }
}

/// Runs a line of perl as the lab's user, and demands success.
fn perl(lab: &Lab, script: &str) -> String {
    let mut command = lab.as_user("/usr/bin/perl".as_ref());
    command.args(["-e", script]);
    let outcome = finish(command);
    assert_eq!(outcome.status, 0, "{script}: {outcome:?}");
    outcome.stdout
}

impl Canary for Ipc {
    fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("SHM_ID", self.shm.clone()),
            ("SEM_ID", self.semaphore.clone()),
            ("MSG_ID", self.messages.clone()),
            ("QUEUE", self.queue.clone()),
            ("SHM_FILE", self.file.display().to_string()),
            ("KEY_NAME", self.key.clone()),
        ]
    }

    fn tell(&self, facts: &mut Facts) {
        let script = format!(
            "my $m = ''; shmread({}, $m, 0, 9) or $m = 'gone'; print $m, ' ', semctl({}, 0, 12, 0) // 'gone'",
            self.shm, self.semaphore
        );
        facts.insert("ipc/memory and semaphore".to_owned(), (self.lab_user)(&script));
        for table in ["msg", "sem", "shm"] {
            let rows = std::fs::read_to_string(format!("/proc/sysvipc/{table}")).unwrap();
            let rows: Vec<String> = rows.lines().skip(1).map(|row| what_counts(table, row)).collect();
            facts.insert(format!("ipc/{table}"), rows.join("\n"));
        }
        let queue = std::fs::read_to_string(self.queues.join(&self.queue)).unwrap_or_default();
        facts.insert("ipc/queue".to_owned(), queue);
        facts.insert("ipc/file".to_owned(), std::fs::read_to_string(&self.file).unwrap_or_default());
        let script = format!(
            "my ($t, $n) = ('user', '{}'); my $k = syscall(250, 10, -4, $t, $n, 0); my $s = ' ' x 64; \
             my $l = syscall(250, 11, $k, $s, 64); print $k < 0 ? 'gone' : substr($s, 0, $l)",
            self.key
        );
        facts.insert("key".to_owned(), (self.lab_user)(&script));
    }
}

/// Leaves out who looked last and when: the look of the test itself.
fn what_counts(table: &str, row: &str) -> String {
    let columns = match table {
        "msg" => 5,
        "sem" => 4,
        _ => 4,
    };
    row.split_whitespace().take(columns).collect::<Vec<_>>().join(" ")
}

impl Drop for Ipc {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
        let _ = std::fs::remove_file(self.queues.join(&self.queue));
        for (flag, id) in [("-m", &self.shm), ("-s", &self.semaphore), ("-q", &self.messages)] {
            let _ = Command::new("ipcrm").args([flag, id]).output();
        }
        (self.lab_user)(&format!(
            "my ($t, $n) = ('user', '{}'); my $k = syscall(250, 10, -4, $t, $n, 0); syscall(250, 9, $k, -4) if $k >= 0",
            self.key
        ));
    }
}
