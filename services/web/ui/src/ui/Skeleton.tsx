/** The shape of messages to come. */
export function SkeletonMessage({ lines }: { lines: number }) {
  return (
    <div class="skeleton-message" aria-hidden="true">
      <span class="skeleton skeleton-avatar" />
      <span class="skeleton-text">
        <span class="skeleton skeleton-name" />
        {Array.from({ length: lines }, (_, index) => (
          <span key={index} class={`skeleton skeleton-line skeleton-line-${index % 3}`} />
        ))}
      </span>
    </div>
  );
}

export function SkeletonList() {
  return (
    <div class="skeleton-list" role="status" aria-label="Loading messages">
      {[2, 1, 3, 1, 2, 1].map((lines, index) => (
        <SkeletonMessage key={index} lines={lines} />
      ))}
    </div>
  );
}
