// Extended attributes, access lists, flags of the file system.
#include "case.h"
#include <linux/fs.h>

CASE(user_attributes) {
    char value[64];
    DO(setxattr("file", "user.a", "one", 3, XATTR_CREATE));
    DO(setxattr("file", "user.a", "two", 3, XATTR_CREATE));
    DO(setxattr("file", "user.b", "x", 1, XATTR_REPLACE));
    SHOW(getxattr("file", "user.a", value, sizeof value));
    SHOW(getxattr("file", "user.a", NULL, 0));
    DO(getxattr("file", "user.a", value, 1));
    DO(getxattr("file", "user.none", value, sizeof value));
    SHOW(listxattr("file", value, sizeof value));
    DO(removexattr("file", "user.a"));
    DO(removexattr("file", "user.a"));
    DO(lsetxattr("soft", "user.a", "x", 1, 0));
    DO(setxattr("dir", "user.a", "x", 1, 0));
    DO(setxattr("file", "unknown.a", "x", 1, 0));
    SHOW(getxattr("marked", "user.old", value, sizeof value));
    DO(setxattr("marked", "user.new", "x", 1, 0));
    SHOW(getxattr("marked", "user.old", value, sizeof value));
}

CASE(room_for_the_names_of_attributes) {
    DO(setxattr("file", "user.a", "x", 1, 0));
    SHOW(listxattr("file", NULL, 0));
}

CASE(trusted_attributes) {
    DO(setxattr("file", "trusted.a", "x", 1, 0));
    DO(setxattr("file", "security.probe", "x", 1, 0));
}

CASE(attributes_named_like_the_layers_own) {
    char value[64];
    DO(setxattr("file", "user.overlay.opaque", "y", 1, 0));
    SHOW(getxattr("file", "user.overlay.opaque", value, sizeof value));
    DO(setxattr("dir", "user.overlay.opaque", "y", 1, 0));
    DO(access("dir/inner", F_OK));
}

CASE(access_lists) {
    // Version 2: owner rw, this very user r, group r, mask r, others none.
    struct { unsigned version; struct { unsigned short tag, rights; unsigned id; } entries[5]; } list = {
        2, { { 1, 6, -1 }, { 2, 4, getuid() }, { 4, 4, -1 }, { 16, 4, -1 }, { 32, 0, -1 } } };
    char value[256];
    DO(setxattr("file", "system.posix_acl_access", &list, sizeof list, 0));
    SHOW(getxattr("file", "system.posix_acl_access", value, sizeof value));
    SHOW(of("file").st_mode);
    DO(setxattr("dir", "system.posix_acl_default", &list, sizeof list, 0));
    write_file("dir/new", "");
    SHOW(getxattr("dir/new", "system.posix_acl_access", value, sizeof value));
    SHOW(of("dir/new").st_mode);
    DO(chmod("file", 0640));
    DO(removexattr("file", "system.posix_acl_access"));
}

CASE(access_lists_with_others) {
    struct { unsigned version; struct { unsigned short tag, rights; unsigned id; } entries[5]; } list = {
        2, { { 1, 6, -1 }, { 2, 4, 4242 }, { 4, 4, -1 }, { 16, 4, -1 }, { 32, 0, -1 } } };
    DO(setxattr("file", "system.posix_acl_access", &list, sizeof list, 0));
}

CASE(capabilities_of_files) {
    unsigned capability[5] = { 0x02000001, 1 << 10, 0, 0, 0 };
    DO(setxattr("file", "security.capability", capability, sizeof capability, 0));
    char value[64];
    DO(getxattr("file", "security.capability", value, sizeof value));
    write_file("file", "written\n");
    DO(getxattr("file", "security.capability", value, sizeof value));
}

CASE(flags_of_the_file_system) {
    int flags = 0, file = open("file", O_RDWR);
    DO(ioctl(file, FS_IOC_GETFLAGS, &flags));
    flags |= FS_NODUMP_FL;
    DO(ioctl(file, FS_IOC_SETFLAGS, &flags));
    flags = 0;
    DO(ioctl(file, FS_IOC_GETFLAGS, &flags));
    SHOW(flags & FS_NODUMP_FL);
}

CASE(immutable_flag) {
    int flags = 0, file = open("file", O_RDONLY);
    DO(ioctl(file, FS_IOC_GETFLAGS, &flags));
    flags |= FS_IMMUTABLE_FL;
    DO(ioctl(file, FS_IOC_SETFLAGS, &flags));
    DO(open("file", O_WRONLY));
    flags &= ~FS_IMMUTABLE_FL;
    DO(ioctl(file, FS_IOC_SETFLAGS, &flags));
}
