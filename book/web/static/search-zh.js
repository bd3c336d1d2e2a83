// Chinese has no spaces: cut a query into the words that the index has, the longest first.
window.splitQuery = (query) => {
  const index = Search._index;
  const known = (word) =>
    Object.hasOwn(index.terms, word) || Object.hasOwn(index.titleterms, word);
  const words = [];
  for (const part of query.split(/([\p{Script=Han}]+)/u)) {
    if (!/\p{Script=Han}/u.test(part)) {
      words.push(...part.split(/[^\p{Letter}\p{Number}_]+/u));
      continue;
    }
    for (let start = 0; start < part.length; ) {
      let end = part.length;
      while (end > start + 1 && !known(part.slice(start, end))) end -= 1;
      if (end > start + 1) words.push(part.slice(start, end));
      start = end;
    }
  }
  const found = words.filter((word) => word);
  return found.length ? found : [query];
};
