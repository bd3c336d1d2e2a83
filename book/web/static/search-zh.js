// Chinese has no spaces: cut a query into the words that the index has, the longest first.
window.splitQuery = (query) => {
  const index = Search._index;
  // A word may be left in the index without a page, after a rebuild.
  const pages = (terms, word) => (Object.hasOwn(terms, word) ? [terms[word]].flat() : []);
  const known = (word) =>
    pages(index.terms, word).length > 0 || pages(index.titleterms, word).length > 0;
  // A piece of a longer word, such as 门控 of 门控循环单元, and a single character, which the index
  // leaves out: what is asked for is found in the words that hold it.
  const learn = (piece) => {
    if (known(piece)) return true;
    const files = Object.keys(index.terms)
      .filter((word) => word.includes(piece))
      .flatMap((word) => index.terms[word]);
    if (files.length) index.terms[piece] = [...new Set(files)];
    return known(piece);
  };
  const words = [];
  for (const part of query.split(/([\p{Script=Han}]+)/u)) {
    if (!/\p{Script=Han}/u.test(part)) {
      words.push(...part.split(/[^\p{Letter}\p{Number}_]+/u));
      continue;
    }
    for (let start = 0; start < part.length; ) {
      let end = part.length;
      while (end > start + 1 && !learn(part.slice(start, end))) end -= 1;
      const word = part.slice(start, end);
      if (word.length > 1) words.push(word);
      else if (part.length === 1 && learn(word)) words.push(word);
      start = end;
    }
  }
  const found = words.filter((word) => word);
  return found.length ? found : [query];
};
