using Spectre.Console;

namespace RingShm.Cli.Demo;

/// <summary>Shows how far the demo is. All members may be called from any thread, one at a time.</summary>
internal interface IDemoDisplay
{
    /// <summary>A new phase begins; the one before is over.</summary>
    void Begin(string phase, double total);

    void Update(double done);

    void End();
}

/// <summary>Nothing but the result: for programs.</summary>
internal sealed class SilentDisplay : IDemoDisplay
{
    public void Begin(string phase, double total)
    {
    }

    public void Update(double done)
    {
    }

    public void End()
    {
    }
}

/// <summary>A line for each phase: for files and pipes.</summary>
internal sealed class PlainDisplay : IDemoDisplay
{
    public void Begin(string phase, double total) => Console.Out.WriteLine($"{phase} ...");

    public void Update(double done)
    {
    }

    public void End()
    {
    }
}

/// <summary>Bars that grow: for people at a terminal.</summary>
internal sealed class BarsDisplay(ProgressContext context) : IDemoDisplay
{
    private ProgressTask? _task;

    public void Begin(string phase, double total)
    {
        End();
        _task = context.AddTask(Markup.Escape(phase), maxValue: Math.Max(total, 1e-9));
    }

    public void Update(double done) => _task?.Value = Math.Min(done, _task.MaxValue);

    public void End()
    {
        _task?.Value = _task.MaxValue;
        _task?.StopTask();
    }
}
