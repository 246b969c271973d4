//! Quoting: a word for the place in a file where it stands. All words are free of control characters.

/// A word of a command line in a unit of systemd (systemd.service(5), "Command lines"): in quotes unless it is
/// plain. A % begins a specifier and a $ a variable, so both are doubled.
pub fn systemd_word(word: &str) -> String {
    systemd_value(&word.replace('$', "$$"))
}

/// A value in a unit of systemd that may be quoted and that no variable is expanded in, such as a path.
pub fn systemd_value(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_=/.:,@+%$".contains(c);
    let doubled = word.replace('%', "%%");
    if !word.is_empty() && word.chars().all(is_plain) {
        return doubled;
    }
    let escaped = doubled.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// A text as a scalar of YAML in double quotes: every string of JSON is one (YAML 1.2.2, 1.3).
pub fn yaml(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An argument of a container in Kubernetes, where `$(NAME)` is a variable and `$$` stands for `$`
/// (Container.args in the API reference).
pub fn kubernetes_argument(word: &str) -> String {
    yaml(&word.replace('$', "$$"))
}

/// A line of an input in a workflow of GitHub, where `${{` begins an expression.
pub fn github_line(word: &str) -> String {
    word.replace("${{", "${{ '${{' }}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_keeps_its_meaning_where_it_stands() {
        let word = r#"--seed=50% of "$HOME" \ $(X) ${{ y }} '"#;
        assert_eq!(systemd_word("--s3-bucket=my-logs"), "--s3-bucket=my-logs");
        assert_eq!(systemd_word("--logs=5%"), "--logs=5%%");
        assert_eq!(systemd_word("--seed=;"), "\"--seed=;\"");
        assert_eq!(systemd_word(""), "\"\"");
        assert_eq!(
            systemd_word(word),
            r#""--seed=50%% of \"$$HOME\" \\ $$(X) $${{ y }} '""#
        );
        assert_eq!(systemd_value("/a b/$c%"), r#""/a b/$c%%""#);
        assert_eq!(
            kubernetes_argument(word),
            r#""--seed=50% of \"$$HOME\" \\ $$(X) $${{ y }} '""#
        );
        assert_eq!(yaml("a: b # c"), "\"a: b # c\"");
        assert_eq!(
            github_line(word),
            r#"--seed=50% of "$HOME" \ $(X) ${{ '${{' }} y }} '"#
        );
    }
}
