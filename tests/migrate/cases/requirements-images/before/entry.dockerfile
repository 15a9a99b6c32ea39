FROM python:3.12
COPY . /app
WORKDIR /app
ENV PYTHONPATH=/app/src
RUN pip install -r requirements.txt && pip cache purge
ENTRYPOINT ["./start.sh"]
