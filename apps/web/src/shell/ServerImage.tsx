/** A picture as the server made it: already small enough and cached for ever, so nothing resizes it again. */
import classes from './ServerImage.module.css';

export function ServerImage({ src, className = '' }: { src: string; className?: string | undefined }) {
  return (
    // biome-ignore lint/performance/noImgElement: the server has already made thumbnails, with immutable addresses
    <img
      className={`${classes.image} ${className}`}
      src={src}
      alt=""
      loading="lazy"
      decoding="async"
      draggable={false}
    />
  );
}
