// What became of a session that is decided or broken, with the next step where the eye is.
import type { ReactElement } from "react";
import type { Session } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { Button } from "../../ui/button.js";
import { displayCommand, escapeText } from "../../ui/escape.js";
import { EmptyPanel } from "../../ui/state-panel.js";
import { useRun } from "../home/run-store.js";
import { TEXTS } from "./texts.js";

export function SessionOutcome({ session }: { session: Session }): ReactElement {
  const { go } = useRoute.getState();
  const again = (
    <Button
      icon="restart"
      onClick={() => {
        useRun.getState().edit({ line: displayCommand(session.command), cwd: session.cwd });
        go({ name: "home" });
      }}
    >
      {TEXTS.runAgain}
    </Button>
  );
  if (session.state === "committed") {
    return (
      <EmptyPanel
        icon="check"
        title={TEXTS.committedTitle}
        actions={
          <>
            <Button look="primary" icon="clock" onClick={() => go({ name: "history" })}>
              {TEXTS.openHistory}
            </Button>
            {again}
          </>
        }
      >
        {TEXTS.committedWhy}
      </EmptyPanel>
    );
  }
  if (session.state === "aborted") {
    return (
      <EmptyPanel icon="abort" title={TEXTS.abortedTitle} actions={again}>
        {TEXTS.abortedWhy}
      </EmptyPanel>
    );
  }
  return (
    <EmptyPanel icon="alert" title={TEXTS.brokenTitle} actions={again}>
      {session.why === undefined ? "" : escapeText(session.why)}
    </EmptyPanel>
  );
}
