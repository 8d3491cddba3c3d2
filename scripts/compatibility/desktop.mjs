// Graphical programs and browsers, compared natively and inside. Each brings an X server of its own, or gets one (`display`): a
// screen that nobody sees, and in a session a nested one on that.

/** Runs a command under an X server without a screen. */
const SCREEN = `screen() { xvfb-run -a -e /dev/null "$@"; }
`;

export const desktop = [
  {
    name: "chromium",
    does: "loads a page with a script, prints what became of it; with its own sandbox unless root",
    shows: ">42<",
    needs: ["chromium"],
    script: `echo '<p id=p></p><script>document.getElementById("p").textContent = 6 * 7 + navigator.hardwareConcurrency * 0</script>' > page.html
chromium --headless $([ "$(id -u)" = 0 ] && echo --no-sandbox) --disable-gpu --user-data-dir="$PWD/profile" --dump-dom "file://$PWD/page.html" 2>/dev/null; echo $?; rm -rf profile .cache .config .pki .local`,
  },
  {
    name: "chromium, sandbox",
    does: "confines a page's process in process name spaces of its own, as seen from outside of them",
    shows: "confined",
    needs: ["chromium", "pgrep"],
    modes: ["user"],
    script: `echo page > page.html; chromium --headless --disable-gpu --user-data-dir="$PWD/profile" --remote-debugging-port=0 "file://$PWD/page.html" > /dev/null 2>&1 &
until page=$(pgrep -n -f -- "--type=renderer.*$PWD"); do kill -0 $! || exit 9; done; spaces=$(sed -n 's/^NSpid://p' /proc/$page/status | wc -w)
[ "$spaces" -ge 2 ] && echo confined; kill $!; wait $!; echo $?; rm -rf profile .cache .config .pki .local`,
  },
  {
    name: "firefox",
    does: "draws a page into a picture without a screen, with its own sandbox",
    shows: "PNG",
    needs: ["firefox-esr"],
    script: `echo '<p style="font-size:80px">page</p>' > page.html; mkdir profile
firefox-esr --headless --no-remote --profile "$PWD/profile" --window-size 300,200 --screenshot "$PWD/page.png" "file://$PWD/page.html" > /dev/null 2>&1; echo $?
head -c 4 page.png | tail -c 3; echo; rm -rf profile .cache .config .mozilla .pki .local`,
  },
  {
    name: "Electron",
    does: "opens a window, runs a script in it, writes a file",
    shows: "t42",
    needs: ["xvfb-run"],
    electron: true,
    script: `${SCREEN}mkdir app; echo '{"main":"main.js"}' > app/package.json; cat > app/main.js <<'END'
const { app, BrowserWindow } = require("electron"); const fs = require("node:fs");
app.whenReady().then(async () => { const w = new BrowserWindow({ show: true }); await w.loadURL("data:text/html,<title>t</title>");
  fs.writeFileSync("written", String(await w.webContents.executeJavaScript("document.title + 6 * 7"))); app.exit(3); });
END
screen "$ELECTRON" $([ "$(id -u)" = 0 ] && echo --no-sandbox) --disable-gpu --user-data-dir="$PWD/profile" app > /dev/null 2>&1; echo $?; cat written; rm -rf profile .cache .config .pki .local`,
  },
  {
    name: "LibreOffice",
    does: "a text document made from plain text, and a PDF from it",
    shows: "%PDF-",
    needs: ["soffice"],
    script: `echo 'Alcatraz' > in.txt; soffice --headless -env:UserInstallation="file://$PWD/profile" --convert-to odt in.txt > /dev/null 2>&1; echo $?
soffice --headless -env:UserInstallation="file://$PWD/profile" --convert-to pdf in.odt > /dev/null 2>&1; echo $?; head -c 5 in.pdf; echo; ls; rm -rf profile .cache .config`,
    unlike: [/\.(odt|pdf)$/],
  },
  {
    name: "GTK",
    does: "a program with many widgets shows its window, inside in the nested display",
    shows: "shown",
    needs: ["gtk3-widget-factory", "xvfb-run", "xwininfo", "Xephyr"],
    display: true,
    script: `gtk3-widget-factory > /dev/null 2>&1 &
until xwininfo -root -tree 2>/dev/null | grep -q 'widget-factory'; do kill -0 $! || exit 9; sleep 0.1; done; echo shown; kill $!; wait $!; echo $?
rm -rf .cache .config .local`,
  },
];
