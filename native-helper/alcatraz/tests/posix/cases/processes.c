// What programs ask of the kernel besides files.
#include "case.h"
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/timerfd.h>

CASE(children) {
    signal(SIGUSR1, SIG_IGN);
    DO(setpgid(0, 0));
    DO(kill(0, SIGUSR1));
    DO(setsid());
    CHILD(if (ptrace(PTRACE_TRACEME, 0, 0, 0)) printf("not traced\n"));
    DO(prctl(PR_SET_CHILD_SUBREAPER, 1));
    DO(syscall(SYS_pidfd_open, getpid(), 0));
    DO(timerfd_create(CLOCK_MONOTONIC, 0));
}

CASE(resources) {
    DO(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 1));
    struct rlimit limit = { 100, 100 };
    DO(setrlimit(RLIMIT_NOFILE, &limit));
    cpu_set_t set;
    DO(sched_getaffinity(0, sizeof set, &set));
    DO(mlock(&set, sizeof set));
    struct sched_param none = { 0 };
    DO(sched_setscheduler(0, SCHED_BATCH, &none));
}

CASE(rights_of_root_over_the_machine) {
    DO(setpriority(PRIO_PROCESS, 0, -5));
    struct sched_param one = { 1 };
    DO(sched_setscheduler(0, SCHED_FIFO, &one));
}

CASE(identities) {
    DO(setuid(getuid()));
    DO(seteuid(getuid()));
    DO(getgroups(0, NULL));
    DO(setresuid(4242, 4242, 4242));
    SHOW(getuid() == 4242);
}

CASE(name_spaces) {
    DO(unshare(CLONE_NEWUSER));
    DO(unshare(CLONE_NEWNS));
    DO(unshare(CLONE_NEWNET));
}
