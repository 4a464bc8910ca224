/** An element of an MPD, as shaka-player hands it to a preprocessor. */
export interface MpdNode {
  readonly tagName: string;
  readonly attributes: Record<string, string>;
  children: (MpdNode | string)[];
}

export const childrenOf = (node: MpdNode, tagName: string): MpdNode[] =>
  node.children.filter((child): child is MpdNode => typeof child !== 'string' && child.tagName === tagName);

export const descendants = (node: MpdNode, tagName: string): MpdNode[] =>
  node.children.flatMap((child) =>
    typeof child === 'string'
      ? []
      : [...(child.tagName === tagName ? [child] : []), ...descendants(child, tagName)],
  );
