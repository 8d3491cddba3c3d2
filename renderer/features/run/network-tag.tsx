// In a session's header: how far its network reaches, what else it was given, and how to make that less while it runs.
import { useState, type ReactElement } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Endpoint, Redirect } from "../../../protocol/src/net.js";
import type { Session, Tightening } from "../../../protocol/src/session.js";
import { Button } from "../../ui/button.js";
import { escapeText } from "../../ui/escape.js";
import { Icon } from "../../ui/icon.js";
import { isLive } from "./session-model.js";
import { useSessions } from "./sessions-store.js";
import { TightenLimits } from "./tighten-limits.js";
import { TEXTS } from "../../../texts/run.js";
import header from "./session-header.module.css";
import styles from "./network-tag.module.css";

interface NetworkTagProps {
  session: Session;
  onError: (error: SeeError | null) => void;
}

export function NetworkTag({ session, onError }: NetworkTagProps): ReactElement {
  const [busy, setBusy] = useState(false);
  const { net, lan, redirect, connect, clipboard = "none", devices = [] } = session.policy;

  const tighten = async (to: Tightening): Promise<boolean> => {
    setBusy(true);
    const outcome = await useSessions.getState().tighten(session.id, to);
    onError(outcome.ok ? null : outcome.error);
    setBusy(false);
    return outcome.ok;
  };
  return (
    <>
      <button
        type="button"
        className={header.tag}
        title={TEXTS.networkWhy[net]}
        popoverTarget="session-network"
        style={{ anchorName: "--network" } as React.CSSProperties}
      >
        <Icon name="network" size={12} />
        <span>{TEXTS.network[net]}</span>
      </button>
      <div
        id="session-network"
        popover="auto"
        className={header.limits}
        style={{ positionAnchor: "--network" } as React.CSSProperties}
      >
        <p>{TEXTS.networkWhy[net]}</p>
        {net !== "none" && lan && <p>{TEXTS.lan}</p>}
        {redirect.map((each) => (
          <p key={each.inside}>{TEXTS.redirected(outsideOf(each), each.inside)}</p>
        ))}
        {connect.map((each) => (
          <p key={wordOf(each.from)}>{TEXTS.rerouted(wordOf(each.from), wordOf(each.to))}</p>
        ))}
        {clipboard !== "none" && <p>{TEXTS.clipboard[clipboard]}</p>}
        {devices.length > 0 && <p>{TEXTS.devices(devices)}</p>}
        {(net !== "none" || clipboard !== "none") && (
          <div className={styles.less}>
            {net === "full" && (
              <Button disabled={busy} onClick={() => void tighten({ net: "web" })}>
                {TEXTS.toWeb}
              </Button>
            )}
            {lan && (
              <Button disabled={busy} onClick={() => void tighten({ lan: false })}>
                {TEXTS.toLocal}
              </Button>
            )}
            {net !== "none" && (
              <Button disabled={busy} onClick={() => void tighten({ net: "none" })}>
                {TEXTS.toNone}
              </Button>
            )}
            {clipboard !== "none" && (
              <Button disabled={busy} onClick={() => void tighten({ clipboard: false })}>
                {TEXTS.cutClipboard}
              </Button>
            )}
          </div>
        )}
        {isLive(session) && <TightenLimits busy={busy} onTighten={tighten} />}
      </div>
    </>
  );
}

function outsideOf({ address, outside }: Redirect): string {
  return wordOf({ host: address ?? "localhost", port: outside });
}

function wordOf({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${escapeText(host)}]:${port}` : `${escapeText(host)}:${port}`;
}
