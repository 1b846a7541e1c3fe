import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';

/** Puts a fragment's policies in its place. */
export const includeFragment: Policy = {
  name: 'include-fragment',
  sections: sectionNames,
  compile(element) {
    const { build, surroundings } = element;
    const id = element.literal('fragment-id', element.text('fragment-id'));
    const fragment = build.fragments.get(id);
    if (surroundings.inFragment) element.refuse('include-fragment: a fragment can not include another one');
    else if (!fragment) element.refuse(`include-fragment: there is no fragment '${id}'`);
    else {
      const inside = { ...surroundings, document: fragment.document, inFragment: true };
      return build.list(fragment.element.children, inside);
    }
    return () => undefined;
  },
};
