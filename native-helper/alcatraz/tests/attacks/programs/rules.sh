# A rule in the host's packet filter.
nft add table inet hurt
