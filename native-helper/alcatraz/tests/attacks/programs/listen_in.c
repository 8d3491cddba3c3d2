// Every packet of the host, the loopback's too: the attacker sees what it makes another program send.
#include "attack.h"
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

int main(void) {
    int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
    if (fd < 0) return verdict(fd);
    struct timeval patience = {.tv_sec = 1};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char packet[2048];
    for (;;) {
        ssize_t length = recv(fd, packet, sizeof packet, 0);
        if (length < 0) return verdict(length);
        if (memmem(packet, length, need("TALK"), strlen(need("TALK")))) return DONE;
    }
}
