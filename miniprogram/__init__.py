"""The phone application: TypeScript in src, and how it is built and tried."""
