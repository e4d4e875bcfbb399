/** Flack's mark: a flag that is also a speech bubble. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M10 25V8M10 8.500h12.500l-3 4.250 3 4.250H10" />
    </svg>
  );
}
