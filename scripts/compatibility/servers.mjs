// Servers and clients, compared natively and inside. All of them stay on the loopback interface.

/** Runs a command as nobody when the script runs as root: some servers refuse root. */
const PLAIN = `plain() { if [ "$(id -u)" = 0 ]; then chown -R 65534:65534 .; setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; else "$@"; fi; }
`;

export const servers = [
  {
    name: "PostgreSQL",
    does: "initdb, server, pgbench with two clients, clean stop",
    shows: "500500",
    needs: ["psql"],
    script: `${PLAIN}PATH=$(ls -d /usr/lib/postgresql/*/bin | tail -1):$PATH; umask 022
plain initdb -D db -A trust -U me > /dev/null && plain pg_ctl -D db -o "-k $PWD -c listen_addresses=" -l log -w start > /dev/null; echo $?
psql -h "$PWD" -U me -d postgres -Atc 'create table t(a int); insert into t select generate_series(1, 1000); select sum(a) from t'
plain pgbench -q -i -s 1 -h "$PWD" -U me postgres > /dev/null 2>&1; echo $?
plain pgbench -c 2 -t 50 -h "$PWD" -U me postgres 2>/dev/null | grep 'actually processed'
plain pg_ctl -D db -m fast -w stop > /dev/null; echo $?; grep -c FATAL log; ls db | wc -l; rm -rf db log`,
  },
  {
    name: "redis",
    does: "server on a socket and a port, commands, a snapshot by a forked child",
    shows: "rdb_last_bgsave_status:ok",
    needs: ["redis-server", "redis-cli"],
    script: `redis-server --port 16379 --bind 127.0.0.1 --unixsocket "$PWD/s" --daemonize yes --dir . --logfile log --pidfile "$PWD/pid" > /dev/null
until redis-cli -s s ping > /dev/null 2>&1; do :; done
redis-cli -s s set a 1; redis-cli -p 16379 incr a; redis-cli -s s bgsave > /dev/null; until redis-cli -s s info persistence | grep -q 'rdb_bgsave_in_progress:0'; do :; done
redis-cli -s s info persistence | grep rdb_last_bgsave_status | tr -d '\\r'; redis-cli -s s shutdown; while [ -e pid ]; do :; done; ls; rm -f log`,
    unlike: [/rdb$/],
  },
  {
    name: "nginx",
    does: "master and workers, a page, a reload, a clean stop",
    shows: "page",
    needs: ["nginx", "curl"],
    script: `mkdir -p www tmp; chmod 755 .; echo page > www/index.html
cat > n.conf <<END
pid $PWD/pid; error_log $PWD/error.log; worker_processes 2;
events {} http { access_log off; client_body_temp_path tmp/a; proxy_temp_path tmp/b; fastcgi_temp_path tmp/c; uwsgi_temp_path tmp/d; scgi_temp_path tmp/e;
server { listen 127.0.0.1:18080; root $PWD/www; } }
END
nginx -p . -e error.log -c "$PWD/n.conf"; echo $?; curl -s --retry 9 --retry-connrefused http://127.0.0.1:18080/; nginx -p . -e error.log -c "$PWD/n.conf" -s reload; echo $?
curl -s -o /dev/null -w '%{http_code}\\n' http://127.0.0.1:18080/missing; nginx -p . -e error.log -c "$PWD/n.conf" -s quit; while [ -e pid ]; do :; done; rm -rf tmp error.log n.conf`,
  },
  {
    name: "apache2",
    does: "modules, a page, a graceful restart, a clean stop",
    shows: "page",
    needs: ["apache2", "curl"],
    script: `mkdir -p www; chmod 755 .; echo page > www/index.html
cat > a.conf <<END
ServerRoot /usr/lib/apache2
ServerName localhost
Listen 127.0.0.1:18081
PidFile $PWD/pid
ErrorLog $PWD/error.log
Mutex file:$PWD
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule dir_module modules/mod_dir.so
DocumentRoot $PWD/www
User daemon
Group daemon
END
apache2 -f "$PWD/a.conf" -k start; echo $?; curl -s --retry 9 --retry-connrefused http://127.0.0.1:18081/; apache2 -f "$PWD/a.conf" -k graceful; echo $?
curl -s --retry 9 --retry-connrefused -o /dev/null -w '%{http_code}\\n' http://127.0.0.1:18081/missing; apache2 -f "$PWD/a.conf" -k stop; while [ -e pid ]; do :; done; ls; rm -f error.log a.conf`,
  },
  {
    name: "ssh",
    does: "keys, an agent of its own, signing and checking; a refused connection",
    shows: "Good",
    needs: ["ssh", "ssh-keygen", "ssh-agent", "ssh-add"],
    quick: true,
    script: `ssh-keygen -q -t ed25519 -N '' -f k -C c; echo me "$(cat k.pub)" > allowed; echo text > t
ssh-keygen -q -Y sign -f k -n file t 2>/dev/null; ssh-keygen -Y verify -f allowed -I me -n file -s t.sig < t | sed 's/ key SHA.*//'
eval "$(ssh-agent -a "$PWD/agent")" > /dev/null; ssh-add -q k; ssh-add -l | wc -l; ssh-agent -k > /dev/null
ssh -p 1 -o StrictHostKeyChecking=no -o BatchMode=yes 127.0.0.1 true 2>&1 | tr -d '\\r'; rm -rf k* allowed t.sig .ssh agent`,
  },
  {
    name: "curl",
    does: "files, ranges and uploads from a server of its own",
    shows: "same",
    needs: ["curl", "/usr/bin/python3"],
    script: `seq 1000 > numbers; /usr/bin/python3 -u -m http.server --bind 127.0.0.1 18082 > log 2>&1 & 
curl -s --retry 9 --retry-connrefused -o got http://127.0.0.1:18082/numbers; cmp got numbers && echo same; curl -s -o /dev/null -w '%{http_code}\\n' http://127.0.0.1:18082/none; kill %1; wait; rm log; curl -s http://127.0.0.1:18082/; echo $?`,
  },
];
