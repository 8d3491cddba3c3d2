// A socket of a family that no name space parts (vsock: the way to the hypervisor).
#include "attack.h"
#include <sys/socket.h>

int main(void) { return verdict(socket(AF_VSOCK, SOCK_STREAM, 0)); }
