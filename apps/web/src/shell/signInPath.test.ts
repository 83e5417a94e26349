import { describe, expect, it } from 'vitest';
import { pathAfterSignIn, signInPath } from './signInPath.ts';

describe('the way to the sign-in page', () => {
  it('leads back to where somebody was', () => {
    const there = signInPath({ pathname: '/projects/p1', search: '?tab=models' });
    expect(there).toBe('/sign-in?next=%2Fprojects%2Fp1%3Ftab%3Dmodels');
    expect(pathAfterSignIn(new URL(there!, 'http://x').searchParams.get('next'))).toBe(
      '/projects/p1?tab=models',
    );
  });
  it('does not lead away from pages that need nobody signed in', () => {
    expect(signInPath({ pathname: '/join/abc', search: '' })).toBeNull();
    expect(signInPath({ pathname: '/sign-in', search: '?next=%2Fx' })).toBeNull();
  });
});

describe('after signing in', () => {
  it.each([
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '',
    null,
    '/sign-in?next=/a',
  ])('nobody is led to %j', (next) => {
    expect(pathAfterSignIn(next)).toBe('/projects');
  });
});
