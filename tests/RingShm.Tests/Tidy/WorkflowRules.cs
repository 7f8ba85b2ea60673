using System.Text.RegularExpressions;

namespace RingShm.Tests.Tidy;

/// <summary>
/// What the workflows and the local script run is named by text: a class that was renamed, a project that was moved would be found out
/// only at night, or never, as a filter that matches nothing. Each rule returns one line for each offence.
/// </summary>
internal static partial class WorkflowRules
{
    private const string Root = "RingShm.";
    private const string ProcessTests = "RingShm.Tests.Processes";

    /// <summary>
    /// Test classes that no source declares, whether in a filter or bare in a list that a loop makes filters of. A name that does not
    /// begin with the project's is meant below the namespace of the process tests.
    /// </summary>
    public static IEnumerable<string> UnknownClasses(SourceFile script, IReadOnlySet<string> declared) =>
        ClassName().Matches(script.Text)
            .Select(static match => match.Value.StartsWith(Root, StringComparison.Ordinal) ? match.Value : $"{ProcessTests}.{match.Value}")
            .Where(name => !declared.Contains(name))
            .Select(name => $"{script.Path}: there is no test class '{name}'");

    /// <summary>Test methods that are left out by name and that no source declares.</summary>
    public static IEnumerable<string> UnknownMethods(SourceFile script, IReadOnlySet<string> declared) =>
        FilteredMethod().Matches(script.Text)
            .Select(static match => match.Groups[1].Value)
            .Where(name => !declared.Contains(name))
            .Select(name => $"{script.Path}: there is no test '{name}'");

    /// <summary>The full names of the test classes that a runner finds: the abstract ones are not among them.</summary>
    public static IEnumerable<string> TestClasses(SourceFile code)
    {
        Match space = Namespace().Match(code.Text);
        return SealedTests().Matches(code.Text).Select(match => $"{space.Groups[1].Value}.{match.Groups[1].Value}");
    }

    /// <summary>Everything that may be a test method.</summary>
    public static IEnumerable<string> TestMethods(SourceFile code) => Method().Matches(code.Text).Select(static match => match.Groups[1].Value);

    /// <summary>Projects and scripts that are not there.</summary>
    public static IEnumerable<string> UnknownPaths(SourceFile script, Func<string, bool> exists) =>
        NamedPath().Matches(script.Text)
            .Select(static match => match.Value)
            .Distinct()
            .Where(path => !exists(path))
            .Select(path => $"{script.Path}: there is no '{path}'");

    /// <summary>Settings that nothing reads: a variable that was renamed would switch nothing on.</summary>
    public static IEnumerable<string> UnknownVariables(SourceFile script, IEnumerable<SourceFile> readers)
    {
        HashSet<string> known = [.. readers.SelectMany(static file => Variable().Matches(file.Text)).Select(static match => match.Value)];
        return Variable().Matches(script.Text)
            .Select(static match => match.Value)
            .Distinct()
            .Where(name => !known.Contains(name))
            .Select(name => $"{script.Path}: nothing reads {name}");
    }

    /// <summary>Actions that are not pinned to a commit: a tag can be moved to other code.</summary>
    public static IEnumerable<string> UnpinnedActions(SourceFile workflow) =>
        Action().Matches(workflow.Text)
            .Select(static match => match.Groups[1].Value)
            .Where(static action => !PinnedAction().IsMatch(action))
            .Select(action => $"{workflow.Path}: '{action}' is not pinned to a commit");

    /// <summary>Jobs without a time limit, and rights beyond reading.</summary>
    public static IEnumerable<string> LooseJobs(SourceFile workflow)
    {
        int jobs = Regex.Count(workflow.Text, @"^    runs-on:", RegexOptions.Multiline);
        int limits = Regex.Count(workflow.Text, @"^    timeout-minutes:", RegexOptions.Multiline);
        if (jobs == 0 || jobs != limits)
            yield return $"{workflow.Path}: {jobs} jobs, {limits} time limits";
        if (!workflow.Text.Contains("\npermissions:\n  contents: read\n", StringComparison.Ordinal) || Regex.IsMatch(workflow.Text, @":\s*write\b"))
            yield return $"{workflow.Path}: the rights are not reading alone";
        if (Regex.Count(workflow.Text, "actions/checkout@") != Regex.Count(workflow.Text, "persist-credentials: false"))
            yield return $"{workflow.Path}: a checkout leaves its credentials behind";
    }

    [GeneratedRegex(@"(?<![\w/.])(?:[A-Z]\w*\.)*[A-Z]\w*Tests(?![\w.])")]
    private static partial Regex ClassName();

    [GeneratedRegex(@"'\*\.(\w+)'")]
    private static partial Regex FilteredMethod();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\bsealed (?:unsafe )?(?:partial )?class (\w+Tests)\b")]
    private static partial Regex SealedTests();

    [GeneratedRegex(@"^    public (?:async )?(?:void|Task) (\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Method();

    [GeneratedRegex(@"(?<![\w./-])(?:src|tests|bench|samples|\.ci)/[\w./-]*\w")]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"RINGSHM_[A-Z_]+")]
    private static partial Regex Variable();

    [GeneratedRegex(@"uses:\s*(\S+)")]
    private static partial Regex Action();

    [GeneratedRegex(@"^[\w-]+/[\w./-]+@[0-9a-f]{40}$")]
    private static partial Regex PinnedAction();
}
