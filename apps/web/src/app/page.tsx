import { redirect } from 'next/navigation';

/** The projects are home; who is not signed in is led on from there. */
export default function Home(): never {
  redirect('/projects');
}
