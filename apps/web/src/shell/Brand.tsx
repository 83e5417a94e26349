/** The mark: two strokes of two people that meet in one membrane. */
export function Mark({ size = 18 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" aria-hidden="true">
      <path d="M3 13.5C3 8 6.5 3.5 12 3.5" stroke="#5aa7bf" strokeWidth="3" strokeLinecap="round" />
      <path d="M17 6.5c0 5.500-3.500 10-9 10" stroke="#d9a441" strokeWidth="3" strokeLinecap="round" />
    </svg>
  );
}
