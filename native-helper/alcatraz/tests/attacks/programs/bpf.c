// A map for a program in the kernel.
#include "attack.h"
#include <linux/bpf.h>

int main(void) {
    union bpf_attr attributes = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 };
    return verdict(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}
