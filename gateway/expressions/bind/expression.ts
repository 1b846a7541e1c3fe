import { parts, type Syntax } from '../syntax.ts';
import type { Bound } from './bound.ts';
import { bindAssignment } from './assignment.ts';
import { bindBinary } from './binary.ts';
import { bindCast, bindAs, bindIs, bindIsPattern, bindTypeOf, bindDefault } from './casts.ts';
import { bindConditional, bindThrow } from './conditional.ts';
import { bindAnonymousObject, bindArray, bindImplicitArray, bindNew } from './creation.ts';
import { bindInterpolation } from './interpolation.ts';
import { bindInvocation } from './invocation.ts';
import { bindAnonymousMethod, bindLambda } from './lambda.ts';
import { bindChar, bindInteger, bindNull, bindReal, bindString, bindVerbatimString, constant } from './literals.ts';
import { bindConditionalAccess, bindElementAccess, bindIdentifier, bindMemberAccess, closeChain } from './members.ts';
import { bindQuery } from './query.ts';
import type { Scope } from './scope.ts';
import { bindPostfix, bindPrefix } from './unary.ts';

type Bind = (node: Syntax, scope: Scope) => Bound;

const binders: Readonly<Record<string, Bind>> = {
  integer_literal: bindInteger,
  real_literal: bindReal,
  character_literal: bindChar,
  string_literal: bindString,
  verbatim_string_literal: bindVerbatimString,
  null_literal: bindNull,
  boolean_literal: (node) => constant('bool', node.text === 'true', node),
  interpolated_string_expression: bindInterpolation,
  identifier: bindIdentifier,
  parenthesized_expression: (node, scope) => bindExpression(parts(node)[0]!, scope),
  member_access_expression: bindMemberAccess,
  qualified_name: bindMemberAccess,
  element_access_expression: bindElementAccess,
  conditional_access_expression: bindConditionalAccess,
  invocation_expression: bindInvocation,
  binary_expression: bindBinary,
  prefix_unary_expression: bindPrefix,
  postfix_unary_expression: bindPostfix,
  conditional_expression: bindConditional,
  throw_expression: bindThrow,
  cast_expression: bindCast,
  as_expression: bindAs,
  is_expression: bindIs,
  is_pattern_expression: bindIsPattern,
  default_expression: bindDefault,
  typeof_expression: bindTypeOf,
  checked_expression: (node, scope) =>
    bindExpression(parts(node)[0]!, scope.block({ isChecked: node.children[0]!.kind === 'checked' })),
  assignment_expression: bindAssignment,
  lambda_expression: bindLambda,
  anonymous_method_expression: bindAnonymousMethod,
  object_creation_expression: bindNew,
  array_creation_expression: bindArray,
  implicit_array_creation_expression: bindImplicitArray,
  anonymous_object_creation_expression: bindAnonymousObject,
  query_expression: bindQuery,
};

/** Syntax that C# got after version 7, which API Management's expressions are written in. */
const newer: Readonly<Record<string, string>> = {
  switch_expression: 'a switch expression',
  range_expression: 'a range',
  raw_string_literal: 'a raw string',
  collection_expression: 'a collection expression',
  implicit_object_creation_expression: 'new without a type',
  with_expression: 'a with expression',
};

/** Binds an expression: checks it, finds its type and makes the closure that evaluates it. Throws ExpressionError. */
export function bindExpression(node: Syntax, scope: Scope): Bound {
  const bound = bindLink(node, scope);
  return bound.shortable ? closeChain(bound, scope) : bound;
}

/** As `bindExpression`, but leaves a chain with `?.` open for the next link. */
export function bindLink(node: Syntax, scope: Scope): Bound {
  const bind = binders[node.kind];
  if (bind) return bind(node, scope);
  const recent = newer[node.kind];
  if (recent) return scope.fail(node, `${recent} needs a newer C#; policy expressions are C# 7`);
  return scope.fail(node, `${node.kind.replaceAll('_', ' ')} '${node.text}' is not supported by the local gateway`);
}
