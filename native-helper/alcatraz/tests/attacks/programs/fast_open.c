// Connects without connect: data in the first packet (TCP Fast Open).
#include "attack.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

int main(void) {
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(atoi(need("TCP_PORT")))};
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return verdict(fd);
    return verdict(sendto(fd, "hurt", 4, MSG_FASTOPEN, (struct sockaddr *)&place, sizeof place));
}
