/** The two programs of the WebGL compositor. Text only. */

/** A rectangle of the image, placed by the view; hands its image coordinates on. */
export const PLACE = `#version 300 es
precision highp float;
uniform vec4 rectangle;   // x, y, width, height in image pixels
uniform vec3 view;        // scale, offset x, offset y in device pixels
uniform vec2 canvas;      // device pixels
out vec2 position;        // image pixels
out vec2 within;          // 0…1 in the rectangle
void main() {
  within = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  position = rectangle.xy + within * rectangle.zw;
  vec2 device = position * view.x + view.yz;
  gl_Position = vec4(device / canvas * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
}`;

export const IMAGE = `#version 300 es
precision highp float;
uniform sampler2D grey;
uniform vec2 window;      // grey values shown black and white
uniform vec4 rectangle;
uniform vec3 view;
in vec2 position;
in vec2 within;
out vec4 color;

/** Above life size pixels are squares; their edges blend over one device pixel, so that all are equally large at any zoom. */
float greyHere() {
  vec2 texels = vec2(textureSize(grey, 0));
  vec2 magnified = view.x * rectangle.zw / texels;
  if (magnified.x < 1.0) return texture(grey, within).r;
  vec2 at = within * texels;
  vec2 inside = fract(at);
  vec2 blend = clamp(inside * magnified, 0.0, 0.5) + clamp((inside - 1.0) * magnified + 0.5, 0.0, 0.5);
  return textureLod(grey, (floor(at) + blend) / texels, 0.0).r;
}

void main() {
  float value = (greyHere() - window.x) / max(window.y - window.x, 1.0 / 255.0);
  color = vec4(vec3(clamp(value, 0.0, 1.0)), 1.0);
}`;

/** Uncertainty below prediction below mask; alpha is premultiplied. */
export const OVERLAY = `#version 300 es
precision highp float;
precision highp usampler2D;
uniform usampler2D labels;      // of one chunk
uniform sampler2D palette;      // 256 × 1
uniform sampler2D prediction;
uniform sampler2D uncertainty;
uniform sampler2D predictionBefore;
uniform sampler2D uncertaintyBefore;
uniform sampler2D ramp;         // 256 × 1
uniform vec4 rectangle;
uniform vec3 view;
uniform vec2 size;              // of the image
uniform vec3 opacity;           // mask, prediction, uncertainty
uniform int meaning;            // of the prediction: 0 probability, 1 label values
uniform ivec2 classes;          // label values of probability 0 and 1
uniform int filled;             // the prediction: 0 outline, 1 areas
uniform float line;             // half the outline's width, device pixels
uniform vec3 fade;              // freshness of the maps; whether there was a prediction, an uncertainty before
in vec2 position;
in vec2 within;
out vec4 color;

vec4 over(vec4 top, vec4 below) { return top + below * (1.0 - top.a); }
vec4 ink(int label, float alpha) {
  vec4 entry = texelFetch(palette, ivec2(label, 0), 0);
  return vec4(entry.rgb, 1.0) * entry.a * alpha;
}

vec4 maskAt(vec2 at) {
  ivec2 last = textureSize(labels, 0) - 1;
  return ink(int(texelFetch(labels, clamp(ivec2(floor(at - rectangle.xy)), ivec2(0), last), 0).r), opacity.x);
}

int predictedAt(sampler2D map, vec2 at) {
  float value = texture(map, at / size).r;
  return meaning == 0 ? (value < 0.5 ? classes.x : classes.y) : int(value * 255.0 + 0.5);
}

bool differsWithin(sampler2D map, vec2 at, int here, float reach) {
  return here != predictedAt(map, at + vec2(reach, 0.0)) || here != predictedAt(map, at - vec2(reach, 0.0))
    || here != predictedAt(map, at + vec2(0.0, reach)) || here != predictedAt(map, at - vec2(0.0, reach));
}

/**
 * What the model sees. The outline lies where it changes from one label to another: of two labels in the colour of the lesser,
 * of more each side in its own; a dark seam on either side keeps it visible on any tissue. Areas: of two labels the lesser.
 */
vec4 predictionAt(sampler2D map, vec2 at) {
  float reach = line / view.x;
  int here = predictedAt(map, at);
  int shown = meaning == 0 ? classes.x : here;
  if (differsWithin(map, at, here, reach)) return ink(shown, opacity.y);
  if (filled == 0) {
    float seam = differsWithin(map, at, here, 2.0 * reach) ? 0.45 * opacity.y : 0.0;
    return vec4(0.0, 0.0, 0.0, seam);
  }
  return ink(shown, opacity.y * (here == shown ? 0.5 : 0.0));
}

vec4 heatAt(sampler2D map, vec2 at) {
  float value = texture(map, at / size).r;
  return vec4(texture(ramp, vec2(value * 255.0 / 256.0 + 0.5 / 256.0, 0.5)).rgb, 1.0)
    * (opacity.z * smoothstep(0.04, 0.55, value));
}

void main() {
  vec4 mask = vec4(0.0);
  if (opacity.x > 0.0) {
    if (view.x >= 1.0) {
      mask = maskAt(position);
    } else {
      // Smaller than its pixels: four looks at each, or thin walls would come and go.
      float quarter = 0.25 / view.x;
      mask = 0.25 * (maskAt(position + vec2(-quarter, -quarter)) + maskAt(position + vec2(quarter, -quarter))
        + maskAt(position + vec2(-quarter, quarter)) + maskAt(position + vec2(quarter, quarter)));
    }
  }
  vec4 below = opacity.z > 0.0 ? heatAt(uncertainty, position) : vec4(0.0);
  vec4 seen = opacity.y > 0.0 ? predictionAt(prediction, position) : vec4(0.0);
  if (fade.x < 1.0) {
    vec4 heatBefore = opacity.z * fade.z > 0.0 ? heatAt(uncertaintyBefore, position) : vec4(0.0);
    vec4 seenBefore = opacity.y * fade.y > 0.0 ? predictionAt(predictionBefore, position) : vec4(0.0);
    below = mix(heatBefore, below, fade.x);
    seen = mix(seenBefore, seen, fade.x);
  }
  below = over(seen, below);
  color = over(mask, below);
}`;
