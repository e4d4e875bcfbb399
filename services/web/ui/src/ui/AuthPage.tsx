import type { ComponentChildren } from "preact";
import { Mark } from "./Mark";

export function AuthPage({ title, subtitle, children }: { title: string; subtitle: string; children: ComponentChildren }) {
  return (
    <main class="auth">
      <div class="auth-card">
        <Mark />
        <h1>{title}</h1>
        <p class="auth-subtitle">{subtitle}</p>
        {children}
      </div>
    </main>
  );
}
