"""The brand's and the dealers' desk: TypeScript in src, and how it is built."""
