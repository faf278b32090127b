//! The site files of the project describe sites that can be built.

use site::SiteDescription;
use site::source::{SourceMap, read};

#[test]
fn every_site_file_is_right() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sites");
    let mut seen = 0;
    for name in ["sabre", "tiny"] {
        let bytes = std::fs::read(folder.join(name).join("site.ron")).expect("a site file");
        let mut map = SourceMap::new();
        map.insert("site.ron", bytes);
        match read::<SiteDescription>(&map, "site.ron") {
            Ok(site) => assert_eq!(site.validate(), [], "{name}"),
            Err(mistakes) => panic!("{name}: {mistakes:?}"),
        }
        seen += 1;
    }
    assert_eq!(seen, 2);
}
