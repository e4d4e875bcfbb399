import type { ButtonHTMLAttributes } from "preact";
import { Icon, type IconName } from "./Icon";

type Props = Omit<ButtonHTMLAttributes, "icon" | "label"> & { icon: IconName; label: string };

/** A button that shows only an icon; its name is read aloud and shown on hover. */
export function IconButton({ icon, label, ...rest }: Props) {
  return (
    <button type="button" aria-label={label} title={label} {...rest} class={`icon-button ${typeof rest.class === "string" ? rest.class : ""}`}>
      <Icon name={icon} />
    </button>
  );
}
