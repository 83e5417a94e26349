/** Procedural EM-like sections with exact labels. */
export { drawTissue, type TissueOptions, type TissueSection, tissueSections } from './drawTissue.ts';
export { hash, hashUnit, type SeededRandom, seededRandom } from './seededRandom.ts';
