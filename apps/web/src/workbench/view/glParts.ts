/** Programs and textures of WebGL2, made with one call each. Knows nothing of masks. */

export interface Program {
  readonly program: WebGLProgram;
  /** Makes it the one that draws. */
  select(): void;
  /** By name; those that the compiler left out are missing. */
  readonly uniforms: Readonly<Record<string, WebGLUniformLocation>>;
}

/** @throws Error with the compiler's words: the shaders are ours, so that is a mistake of ours. */
export function createProgram(
  gl: WebGL2RenderingContext,
  { vertex, fragment }: { vertex: string; fragment: string },
): Program {
  const program = gl.createProgram();
  const sources = [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const;
  const shaders = sources.map(([type, source]) => {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    return shader;
  });
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const words = shaders.map((shader) => gl.getShaderInfoLog(shader)).join('\n');
    throw new Error(`A shader does not compile: ${words}${gl.getProgramInfoLog(program)}`);
  }
  for (const shader of shaders) gl.deleteShader(shader);
  const uniforms: Record<string, WebGLUniformLocation> = {};
  const count = Number(gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS) ?? 0);
  for (let i = 0; i < count; i++) {
    const { name } = gl.getActiveUniform(program, i)!;
    uniforms[name] = gl.getUniformLocation(program, name)!;
  }
  return { program, uniforms, select: () => gl.useProgram(program) };
}

/** A bound texture that does not repeat. */
export function createTexture(
  gl: WebGL2RenderingContext,
  { filter, minify = filter }: { filter: number; minify?: number },
): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, minify);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}
