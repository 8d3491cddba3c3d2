# An address more for the host.
ip address add 192.0.2.77/32 dev lo
