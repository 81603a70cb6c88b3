import vue from "@vitejs/plugin-vue";

// Vue takes an unknown tag for one of its own components unless it is told.
const compilerOptions = { isCustomElement: (tag) => tag.startsWith("pay-") };

export default { plugins: [vue({ template: { compilerOptions } })] };
