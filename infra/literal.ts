/** Text for an argument: what Terraform would take for a template of its own is escaped. */
export function literal(text: string): string {
  return text.replace(/[$%]\{/g, (start) => `${start[0]}${start}`);
}
