namespace RingShm.Tests.Tidy;

/// <summary>The workflows and the local script as they are, and each rule on a text that breaks it.</summary>
public sealed class WorkflowTests
{
    private static IReadOnlySet<string> Classes => SourceTree.Code.SelectMany(WorkflowRules.TestClasses).ToHashSet();

    private static IReadOnlySet<string> Methods => SourceTree.Code.SelectMany(WorkflowRules.TestMethods).ToHashSet();

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void Every_test_class_project_and_variable_that_automation_names_is_there()
    {
        IReadOnlyList<SourceFile> scripts = SourceTree.Automation;
        Assert.Contains(scripts, static file => file.Path.EndsWith(".yml", StringComparison.Ordinal));
        Assert.Contains(scripts, static file => file.Path == ".ci/run");
        IReadOnlyList<SourceFile> readers = [.. SourceTree.Code, .. scripts.Where(static file => file.Path.StartsWith(".ci", StringComparison.Ordinal))];
        IReadOnlySet<string> classes = Classes;
        Assert.Contains("RingShm.Tests.Processes.KillTests", classes);
        Assert.Empty(scripts.SelectMany(file => WorkflowRules.UnknownClasses(file, classes)));
        IReadOnlySet<string> methods = Methods;
        Assert.Empty(scripts.SelectMany(file => WorkflowRules.UnknownMethods(file, methods)));
        Assert.Empty(scripts.SelectMany(static file => WorkflowRules.UnknownPaths(file, SourceTree.Has)));
        Assert.Empty(scripts.SelectMany(file => WorkflowRules.UnknownVariables(file, readers)));
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.HasSource), Skip = Platform.NoSource)]
    public void Workflows_may_only_read_end_in_time_and_run_pinned_actions()
    {
        IReadOnlyList<SourceFile> workflows = [.. SourceTree.Automation.Where(static file => file.Path.EndsWith(".yml", StringComparison.Ordinal))];
        Assert.NotEmpty(workflows);
        Assert.Empty(workflows.SelectMany(WorkflowRules.UnpinnedActions));
        Assert.Empty(workflows.SelectMany(WorkflowRules.LooseJobs));
    }

    [Fact]
    public void The_rules_find_what_breaks_them()
    {
        HashSet<string> declared = ["RingShm.Tests.Processes.KillTests", "RingShm.Tests.Processes.Samples.ToldTests"];
        Assert.Single(WorkflowRules.UnknownClasses(Script("--filter-class RingShm.Tests.Processes.KilTests"), declared));
        Assert.Empty(WorkflowRules.UnknownClasses(
            Script("--filter-class RingShm.Tests.Processes.KillTests \"RingShm.Tests.Processes.$class\" tests/RingShm.Tests"), declared));
        // As in a list of a loop: one that was renamed, one without its namespace, and two that are there.
        Assert.Equal(
            ["ci: there is no test class 'RingShm.Tests.Processes.KilTests'", "ci: there is no test class 'RingShm.Tests.Processes.ToldTests'"],
            WorkflowRules.UnknownClasses(Script("for class in KillTests KilTests \\\n  ToldTests Samples.ToldTests; do"), declared));
        Assert.Equal(
            ["ci: there is no test 'It_went'"],
            WorkflowRules.UnknownMethods(Script("--filter-not-method '*.It_works' --filter-not-method '*.It_went'"), new HashSet<string> { "It_works" }));
        SourceFile code = Script("namespace A.B;\npublic abstract class BaseTests\npublic sealed class RealTests\n    public async Task It_works()\n    private void Not()\n");
        Assert.Equal(["A.B.RealTests"], WorkflowRules.TestClasses(code));
        Assert.Equal(["It_works"], WorkflowRules.TestMethods(code));
        Assert.Equal(
            ["ci: there is no 'tests/Gone'"],
            WorkflowRules.UnknownPaths(Script("dotnet run --project tests/Gone\ndotnet run --project src/Here"), static path => path == "src/Here"));
        Assert.Single(WorkflowRules.UnknownVariables(Script("RINGSHM_SOAK_SECONDS: 1\nRINGSHM_OLD: 1"), [Script("\"RINGSHM_SOAK_SECONDS\"")]));
        Assert.Single(WorkflowRules.UnpinnedActions(Script("- uses: actions/checkout@v4\n- uses: actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830 # v4")));
        Assert.Equal(2, WorkflowRules.LooseJobs(Script("\npermissions:\n  contents: write\njobs:\n  a:\n    runs-on: x\n")).Count());
        Assert.Single(WorkflowRules.LooseJobs(Script(
            "\npermissions:\n  contents: read\njobs:\n  a:\n    runs-on: x\n    timeout-minutes: 1\n    steps:\n      - uses: actions/checkout@v4\n")));
    }

    private static SourceFile Script(string text) => new("ci", text);
}
