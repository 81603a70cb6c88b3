// What a bundler finds where a type-only subpath is imported as if it were code: nothing, and nothing goes wrong.
export {};
