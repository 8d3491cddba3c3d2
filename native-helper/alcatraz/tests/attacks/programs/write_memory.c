// Another process's memory, by one call.
#include "attack.h"
#include <sys/uio.h>

int main(void) {
    struct iovec from = { "hurt", 4 }, to = { (void *)strtoul(need("VICTIM_MEMORY"), NULL, 16), 4 };
    return verdict(process_vm_writev(victim(), &from, 1, &to, 1, 0));
}
