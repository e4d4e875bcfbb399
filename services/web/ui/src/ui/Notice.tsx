import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon";

interface Props {
  icon: IconName;
  title: string;
  body: string;
  children?: ComponentChildren;
}

/** An empty or failed place: what is so, and the one thing to do. */
export function Notice({ icon, title, body, children }: Props) {
  return (
    <div class="notice" role="status">
      <span class="notice-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      <p>{body}</p>
      {children}
    </div>
  );
}
