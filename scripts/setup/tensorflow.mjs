export async function tensorflow() {}
