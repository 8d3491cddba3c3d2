// The bar above what a view of a change shows: what is chosen there, and below it, in full width, what one must know of it.
import type { ReactElement, ReactNode } from "react";
import view from "./view.module.css";

interface ViewBarProps {
  children?: ReactNode;
  /** What stands at the right. */
  end?: ReactNode;
  notes?: readonly string[];
}

export function ViewBar({ children, end, notes }: ViewBarProps): ReactElement {
  const told = (notes ?? []).filter((note) => note !== "");
  return (
    <>
      <div className={view.bar}>
        {children}
        {end !== undefined && <span className={view.end}>{end}</span>}
      </div>
      {told.length > 0 && (
        <div className={view.notes} role="note">
          {told.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </div>
      )}
    </>
  );
}
