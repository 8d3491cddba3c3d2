// Buttons in the app's four weights: primary (one on each screen), plain, quiet, danger.
import type { ButtonHTMLAttributes, ReactElement, Ref } from "react";
import { cx } from "./cx.js";
import { Icon, type IconName } from "./icon.js";
import styles from "./button.module.css";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "primary" | "plain" | "quiet" | "danger";
  icon?: IconName;
  large?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  look = "plain",
  icon,
  large,
  className,
  children,
  ...rest
}: ButtonProps): ReactElement {
  const weight = look === "plain" ? null : styles[look];
  return (
    <button
      type="button"
      {...rest}
      data-first={rest.autoFocus === true ? "" : undefined}
      className={cx(styles.button, weight, large === true && styles.large, className)}
    >
      {icon !== undefined && <Icon name={icon} size={14} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "children" | "icon" | "look"> {
  icon: IconName;
  label: string;
}

/** A square button with an icon only; its label is spoken and shown on hover. */
export function IconButton({ icon, label, className, ...rest }: IconButtonProps): ReactElement {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={cx(styles.button, styles.quiet, styles.icon, className)}
    >
      <Icon name={icon} />
    </button>
  );
}
