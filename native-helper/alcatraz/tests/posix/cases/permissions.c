// Modes, owners, and what they allow.
#include "case.h"

static void as_nobody(void) {
    if (getuid() == 0 && (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))) perror("nobody");
}

CASE(modes) {
    DO(chmod("file", 04711));
    SHOW(of("file").st_mode);
    DO(chmod("dir", 01777));
    SHOW(of("dir").st_mode);
    DO(chmod("soft", 0600));
    SHOW(of("file").st_mode);
    umask(077);
    write_file("private", "");
    SHOW(of("private").st_mode);
    DO(mkdir("closed", 0777));
    SHOW(of("closed").st_mode);
    DO(fchmodat(AT_FDCWD, "file", 02750, 0));
    SHOW(of("file").st_mode);
}

CASE(owners) {
    DO(chown("file", getuid(), getgid()));
    DO(chown("file", -1, -1));
    DO(chown("dir", getuid(), -1));
    SHOW(of("file").st_uid == getuid());
    write_file("new", "");
    SHOW(of("new").st_uid == getuid());
    SHOW(of("new").st_gid == getegid());
}

CASE(owners_of_others) {
    DO(chown("file", 4242, 4243));
    SHOW(of("file").st_uid == 4242);
    DO(lchown("soft", 4242, -1));
}

CASE(set_id_is_cleared_by_write) {
    write_file("tool", "x");
    DO(chmod("tool", 06755));
    int file = open("tool", O_WRONLY);
    CHILD(as_nobody(); SHOW(write(file, "y", 1)));
    SHOW(of("tool").st_mode);
    DO(chmod("file", 04755));
    DO(chown("file", getuid(), getgid()));
    SHOW(of("file").st_mode);
}

CASE(set_gid_is_inherited) {
    DO(chmod("dir", 02755));
    DO(mkdir("dir/below", 0755));
    SHOW(of("dir/below").st_mode & 02000);
    SHOW(of("dir/below").st_gid == of("dir").st_gid);
}

CASE(what_others_may) {
    DO(chmod("file", 0600));
    DO(chmod("dir", 0700));
    CHILD(if (getuid()) return; as_nobody(); DO(open("file", O_RDONLY)); DO(open("dir/inner", O_RDONLY)); DO(unlink("other"));
          DO(open("new", O_CREAT | O_WRONLY, 0644)); DO(chmod("other", 0777)); DO(chown("other", 65534, 65534)); DO(rename("other", "x")));
}

CASE(sticky) {
    DO(chmod("empty", 01777));
    write_file("empty/mine", "");
    CHILD(if (getuid()) return; as_nobody(); DO(unlink("empty/mine")); DO(rename("empty/mine", "empty/yours"));
          DO(open("empty/new", O_CREAT | O_WRONLY, 0644)); DO(unlink("empty/new")));
}

CASE(own_rights_withdrawn) {
    DO(chmod("file", 0));
    DO(chmod("dir", 0));
    DO(access("file", R_OK));
    DO(open("file", O_RDONLY));
    DO(open("dir/inner", O_RDONLY));
    DO(chmod("dir", 0500));
    DO(open("dir/new", O_CREAT | O_WRONLY, 0644));
    DO(chmod("dir", 0700));
    DO(chmod("file", 0444));
    DO(open("file", O_WRONLY));
}

CASE(execution) {
    write_file("script", "#!/bin/sh\nexit 7\n");
    CHILD(DO(execl("./script", "script", NULL)));
    DO(chmod("script", 0755));
    fflush(stdout);
    pid_t child = fork();
    if (!child) _exit((execl("./script", "script", NULL), 99));
    int how;
    waitpid(child, &how, 0);
    SHOW(WEXITSTATUS(how));
    CHILD(DO(execl("./dir", "dir", NULL)));
    CHILD(DO(execl("./file", "file", NULL)));
}

CASE(old_set_id_file) {
    SHOW(of("tool").st_mode);
    DO(access("tool", X_OK));
}

CASE(file_of_another_group) {
    printf("%s", content("grouped"));
    DO(open("grouped", O_WRONLY));
    DO(chmod("grouped", 0600));
    DO(rename("grouped", "moved"));
    DO(unlink("moved"));
}
