import type { Preview } from "../types";

/** What a linked page says of itself. No picture: nothing is fetched from elsewhere. */
export function PreviewCard({ preview }: { preview: Preview }) {
  return (
    <a class="preview" href={preview.url} target="_blank" rel="noopener noreferrer nofollow">
      <span class="preview-site">{preview.site_name || siteOf(preview.url)}</span>
      <span class="preview-title">{preview.title}</span>
      {preview.description !== "" && <span class="preview-text">{preview.description}</span>}
    </a>
  );
}

function siteOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
}
