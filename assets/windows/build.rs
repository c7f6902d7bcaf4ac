//! Gives the Windows program its icon, its version and its manifest. Does nothing elsewhere, and
//! reads nothing but the files beside it.

fn main() {
    println!("cargo::rerun-if-changed=assets/windows/build.rs");
    println!("cargo::rerun-if-changed=assets/windows/mqscope.manifest");
    println!("cargo::rerun-if-changed=assets/icons/mqscope.ico");
    if std::env::var_os("CARGO_CFG_WINDOWS").is_none() {
        return;
    }
    let mut resource = winresource::WindowsResource::new();
    resource
        .set_icon("assets/icons/mqscope.ico")
        .set_manifest_file("assets/windows/mqscope.manifest")
        .set("ProductName", "mqscope")
        .set("LegalCopyright", "Apache License 2.0");
    if let Err(error) = resource.compile() {
        // A program without an icon is better than none.
        println!("cargo::warning=mqscope.exe has no icon: the resource compiler says {error}");
    }
}
