// Package management and privilege, compared natively and inside.

/** Makes a small package with a configuration file and scripts. */
const PACKAGE = `export SOURCE_DATE_EPOCH=1700000000; mkdir -p p/DEBIAN p/etc p/usr/share/alcatraz-compat && printf 'Package: alcatraz-compat\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: A <a@example.org>\\nDescription: probe\\n' > p/DEBIAN/control
echo setting=1 > p/etc/alcatraz-compat.conf; echo /etc/alcatraz-compat.conf > p/DEBIAN/conffiles; echo data > p/usr/share/alcatraz-compat/data
printf '#!/bin/sh\\necho configured "$1"\\n' > p/DEBIAN/postinst; chmod 755 p/DEBIAN/postinst; dpkg-deb --root-owner-group -b p probe.deb > /dev/null
`;

export const system = [
  {
    name: "dpkg",
    does: "a package installed, verified, listed, reconfigured by its script, purged",
    shows: "verified",
    needs: ["dpkg", "dpkg-deb"],
    modes: ["system"],
    script: `${PACKAGE}dpkg -i probe.deb 2>&1 | grep -v '^(Reading'; dpkg -V alcatraz-compat && echo verified; dpkg -L alcatraz-compat; echo changed >> /etc/alcatraz-compat.conf
dpkg -V alcatraz-compat | cut -c1-40; dpkg -s alcatraz-compat | grep Status; dpkg -P alcatraz-compat 2>&1 | grep -v '^(Reading'; ls /etc/alcatraz-compat.conf 2>&1; rm -rf p probe.deb`,
  },
  {
    name: "dpkg-deb",
    does: "a package built and taken apart without privilege",
    shows: "alcatraz-compat.conf",
    needs: ["dpkg-deb"],
    modes: ["user"],
    quick: true,
    script: `${PACKAGE}dpkg-deb -I probe.deb | grep -v 'new Debian'; dpkg-deb -x probe.deb out; find out | sort; rm probe.deb`,
  },
  {
    name: "apt-get",
    does: "installs a package from a file with its own sandbox user, then removes it",
    shows: "verified",
    needs: ["apt-get", "dpkg-deb"],
    modes: ["system"],
    script: `${PACKAGE}export DEBIAN_FRONTEND=noninteractive; cp probe.deb /var/tmp/alcatraz-compat.deb
apt-get -o DPkg::Lock::Timeout=300 install -qq -y --no-install-recommends /var/tmp/alcatraz-compat.deb 2>&1 | grep -v '^(Reading\\|Progress'; dpkg -V alcatraz-compat && echo verified
apt-get -o DPkg::Lock::Timeout=300 purge -qq -y alcatraz-compat 2>&1 | grep -v '^(Reading'; dpkg -s alcatraz-compat > /dev/null 2>&1; echo $?; rm -rf p probe.deb /var/tmp/alcatraz-compat.deb`,
  },
  {
    name: "sudo, su",
    does: "root to nobody and nobody to root by a rule; refused without one",
    shows: "nobody\n",
    needs: ["sudo", "su"],
    modes: ["system"],
    script: `sudo -n -u nobody id -un; su -s /bin/sh nobody -c 'sudo -n id -u' 2>&1
echo 'nobody ALL=(root) NOPASSWD: /usr/bin/id' > /etc/sudoers.d/alcatraz-compat; su -s /bin/sh nobody -c 'sudo -n id -u; sudo -n ls' 2>&1; rm /etc/sudoers.d/alcatraz-compat`,
  },
];
